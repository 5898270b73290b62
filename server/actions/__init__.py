"""What happens at the centre: each module is one act of a device, an officer or an administrator, in one transaction."""
