"""What devices call: the exchange of bundles, and the question how a case stands.

Bodies are read from the ASGI channel itself: of a request that breaks off, what came counts (protocol, section 5).
"""
