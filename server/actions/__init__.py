"""What happens at the centre: each module is one act of a device or a person, in one transaction."""
