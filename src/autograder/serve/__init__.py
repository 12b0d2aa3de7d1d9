"""The judge as an HTTP service: `create_app` and what it is made of."""
