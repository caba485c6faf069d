"""Small areas: Fay-Herriot estimates and their mean squared errors, beside the direct ones."""
