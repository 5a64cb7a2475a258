"""A child that hangs and does not listen when it is asked to end."""

import signal
from time import sleep

signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    sleep(60)
