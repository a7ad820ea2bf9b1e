"""Alibaba's Model Studio (DashScope): the real service, over HTTP."""
