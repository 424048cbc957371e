"""Webhooks: what stands in the journal, told by signed POST to addresses of the organisation's own."""
