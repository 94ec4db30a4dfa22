"""From listings to properties: which adverts speak of one dwelling, and why. Plain data in and out."""
