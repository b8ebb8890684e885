"""The application as it was: any number of guesses, hashes of 100 MiB on eight lanes, as many at once as there are threads."""

from loyalty.wsgi import application as application

from django.conf import settings  # isort: skip  Django is set up by the application

settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
