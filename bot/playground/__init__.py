"""A small Discord on loopback: REST, Gateway and a page, for trying, testing and developing a bot without an account.

It knows nothing of Studyhall; any bot that keeps to the routes listed in ``rest`` can connect.
"""
