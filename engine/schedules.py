"""Schedules: how the learning rate changes as training goes on."""

from engine.catalogue import Entry, Family

SCHEDULES: Family[Entry] = Family(
    "schedule",
    "How the learning rate changes as training goes on.",
    (
        Entry(
            name="constant",
            label="Constant",
            summary="The learning rate stays as it was set.",
            when="Small networks; while you learn what the learning rate itself does.",
        ),
    ),
)
