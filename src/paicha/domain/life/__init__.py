"""A household's life: moved, split, merged, closed, reopened, its class corrected; each undone without loss."""
