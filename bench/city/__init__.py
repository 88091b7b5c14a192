"""A city's morning, played against the real thing (`make city`); docs/scale.md reckons with it.

| module | is |
|---|---|
| `demand.py` | pure: the city as a table, when people come, what all of them ask a second |
| `stores.py` | PostgreSQL, a Redis Cluster of three masters, a plain Redis for RQ |
| `town.py` | some of its halls with their clerks, machines and phones, and every program |
| `agenda.py` | who does what when: threads that take what is due, a connection each |
| `morning.py` | the people: they take numbers, book, check in, look, are called; screens listen |
| `prices.py` | each request by itself: what it costs web, database and Redis in CPU |
| `history.py` | days gone by: what they cost the present; events in a table a day |
| `processes.py` | CPU and memory of the programs |
| `judge.py` | nobody called twice, the order kept, every clerk and screen told |
| `report.py` | pure: docs/city.json from the runs, the tables of docs/scale.md from that |
"""
