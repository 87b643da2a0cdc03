"""Imported first by what needs Bluesky and ophyd."""

from .extra import need

need("ophyd", "bluesky.plan_stubs", "ophyd", "epics")
