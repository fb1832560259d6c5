"""The invented worlds of the played vendors: their catalogues, forms and first cases."""
