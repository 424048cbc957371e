from tests.harness.tenants.town import town

__all__ = ["town"]
