"""Human evaluation: sessions in which people rate answers, how far they agree, and what comes of it."""
