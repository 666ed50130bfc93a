"""The report as Markdown, for a ticket: `document` writes it, `inline` keeps texts out of packets
from being markup."""
