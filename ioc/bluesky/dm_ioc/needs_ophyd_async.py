"""Imported first by what needs ophyd-async."""

from .extra import need

need("ophyd-async", "bluesky.plan_stubs", "ophyd_async.epics.core", "aioca")
