"""The HTML report: one file that needs nothing else, to be mailed to whoever has to act.

`index` says of every exchange what the overview and the list need; `detail` has all of one
exchange; `texts` are the messages as they stand. Each is JSON, deflated and in base64, and the page
(`templates/html`) opens of them what is looked at.
"""

from analyzer.report.html.page import to_html

__all__ = ["to_html"]
