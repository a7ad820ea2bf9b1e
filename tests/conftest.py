"""What holds for every test."""

from hypothesis import HealthCheck, settings

# Shared machines are slow at times; a slow example says nothing about the code.
settings.register_profile(
    "wanflow", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("wanflow")
