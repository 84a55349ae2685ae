"""What every room needs: the answer's shape, errors, dates, streams, HTML faces."""
