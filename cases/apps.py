from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        from cases import pushes
        from vendors.connections import owed

        owed.told_by(pushes.owed_through)
