"""The site: settings, URLs, workers and commands around the apps."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
