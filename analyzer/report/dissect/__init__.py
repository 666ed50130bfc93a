"""What stands where in a frame: trees of fields with the octets they were read from.

`message` gives the tree of one SIP message, down to each parameter of the agreement; `page` and
`document` show whole frames.
"""
