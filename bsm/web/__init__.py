"""The foundation of pages and endpoints: access, errors, charts, paging."""
