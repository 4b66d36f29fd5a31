# The counts and the rows' keys of a log in JSON lines, by DuckDB on one thread. Prints four counts and the seconds.
import sys, time, duckdb
con = duckdb.connect()
con.execute("SET threads = 1")
# A query of over two seconds would draw it between the counts.
con.execute("SET enable_progress_bar = false")
start = time.perf_counter()
found = con.execute(r"""
    WITH e AS (
        SELECT Event.System.Provider."#attributes".Name = 'Microsoft-Windows-Sysmon' AND Event.System.EventID = 1 AS creation,
               Event.System.Channel AS channel, Event.System.Computer AS dest, Event.EventData AS d
        FROM read_json(?, format = 'newline_delimited', columns = {Event: 'STRUCT(
            System STRUCT(Provider STRUCT("#attributes" STRUCT(Name VARCHAR)), EventID BIGINT, Channel VARCHAR, Computer VARCHAR),
            EventData STRUCT(UtcTime VARCHAR, "User" VARCHAR, ParentCommandLine VARCHAR, "Image" VARCHAR, CommandLine VARCHAR,
                ProcessId VARCHAR, ParentProcessId VARCHAR, ParentImage VARCHAR))'})
    ), m AS (
        SELECT *, creation AND regexp_matches(d.ParentImage, '(?i)(^|\\)wmiprvse\.exe$') AS hit FROM e
    )
    SELECT count(*), count(*) FILTER (creation), count(*) FILTER (hit),
        count(DISTINCT (dest, d."User", d.ParentCommandLine, d."Image", d.CommandLine, d.ProcessId, d.ParentProcessId)) FILTER (hit),
        max(channel), min(d.UtcTime), max(d.UtcTime)
    FROM m""", [sys.argv[1]]).fetchone()
print(*found[:4], "seconds", time.perf_counter() - start)
