"""Areas: permanent ids, dated codes and names."""
