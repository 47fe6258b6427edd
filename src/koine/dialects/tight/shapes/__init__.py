"""What answers look like, and bodies as a whole, for the OpenAPI document.

`wire`, `file_wire`, `provisioning.wire`, `revisions` and `envelope` write the answers. Every member is always there, in
this order.
"""
