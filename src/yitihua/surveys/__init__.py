"""What people are asked: questionnaires as definitions."""
