"""Other graders on the same items, with the same model behind the same local endpoint."""
