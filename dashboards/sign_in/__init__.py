"""Signing in beyond a password: PINs at shared screens, codes of an app, passkeys."""
