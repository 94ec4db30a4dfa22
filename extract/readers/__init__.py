"""Readers: each looks at one kind of evidence in a Document and yields Candidates; none decides."""
