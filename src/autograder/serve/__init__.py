"""The judge as an HTTP service with a playground page.

Public: `app.create_app`, `settings.Settings`, `server.run`.
"""
