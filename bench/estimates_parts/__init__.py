"""Cities whose late firms are not like the early ones, and how often an interval held what was finally true."""
