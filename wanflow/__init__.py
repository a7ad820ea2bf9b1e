"""Declarative recipes for image editing with Alibaba's Wan models."""
