"""A release minute: thousands of people book the same day at once, and the server is killed in the middle.

`python -m loadtests.flash` starts a server of its own on an empty folder, lets the crowd in, kills the server once while
they book, starts it again, and compares what the people were told with the log. Beside it a naive booking, that reads,
checks and writes on the same database engine, shows how many places that sells twice.
"""
