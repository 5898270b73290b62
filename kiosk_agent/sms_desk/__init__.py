"""The SMS desk: what comes in by SMS becomes entries and replies, and what is to go out goes out once.

grammar, guesses, replies, hours (pure) < incoming, outbox < desk, which a `firmware_bridge.Bridge` calls.
"""
