"""One sweep, its work shared between processes.

    routing    which share a packet belongs to
    witness    whether sharing changed nothing, as those say who did the work
    crew       the processes, and the ways to them

One process reads the captures and sends each packet to one of several others, which take it through
all further rooms. Nothing here knows what they do with it: `pipeline.shared` does.
"""
