"""Questions to departments, and departments' lists compared with the register."""
