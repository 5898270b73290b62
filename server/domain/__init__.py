"""Pure rules of the centre: values in, values out. No SQL, no files, no clock."""
