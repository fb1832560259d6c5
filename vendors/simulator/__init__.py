"""A desk that plays the vendors: a WSGI program for demos and tests, standard library only.

It imports nothing of the portal's, so that an adapter and its simulator cannot agree on a mistake.
Run it with ``python -m vendors.simulator --port 9000``, or mount ``vendors.simulator.app.build()``
in process. What it answers rests on the vendors' published pages; names, people and texts of its
world are our own inventions.
"""
