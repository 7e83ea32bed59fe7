"""Thin doors: parse, authorise, call one service, render. Siblings never import each other."""
