"""Readers that turn released training frameworks into key tables, without importing them."""
