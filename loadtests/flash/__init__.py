"""A release minute: thousands of people book the same day at once on two nodes, and one is killed in the middle.

`python -m loadtests.flash` starts nodes of its own on an empty database, lets the crowd in, kills one of them while
they book, starts it again, and compares what the people were told with the log. Beside it a naive booking, that reads,
checks and writes on the same database engine, shows how many places that sells twice.
"""
