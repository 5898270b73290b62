"""The SMS desk: what comes in by SMS becomes entries and replies, and what is to go out goes out once.

Pure: grammar, guesses, replies, arriving, hours, ages. Inside a transaction of the store: incoming puts
parts together, filer makes reports and answers of them, queue takes what is to go out, outbox gives it to a modem,
outcomes ends it. `desk` has the transactions, and is what a `firmware_bridge.Bridge` calls.
"""
