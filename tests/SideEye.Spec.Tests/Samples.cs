namespace SideEye.Spec.Tests;

/// <summary>Spec files that several tests use.</summary>
internal static class Samples
{
    /// <summary>The start of every file.</summary>
    public const string Version = "version: 1\n";

    /// <summary>Every key once.</summary>
    public const string Everything = """
        version: 1
        description: all there is
        optional: false
        programs:
          - { name: checkout, environment: live, match: { executable: '(^|/)checkout$', command_line: 'serve',
              env: { REGION: '^eu-' }, container: '^[0-9a-f]', labels: { app: '^shop$' } } }
        functions:
          - function: main.(*server).GetInfo
            table: server_GetInfo
            optional: true
            capture:
              - request
              - { expr: cs, depth: 4, string_bytes: 10, slice_bytes: 20, map_entries: 30, optional: true }
              - { expr: [cs.mu.processing, cs.processing], as: processing }
            columns:
              - { name: client_id, sql: request->clientID, type: BIGINT }
              - { name: cs_addr, sql: "raw_cs->>'__addr'" }
            limits: { depth: 1, string_bytes: 2, slice_bytes: 3, map_entries: 4, frame_bytes: 5 }
          - function: [main.(*server).processClient, main.(*server).process]
        types:
          - type: "*main.clientState"
            capture: [clientID, mu.processing]
        context:
          - { key: main.requestIDKey, as: request_id }
        tables:
          - name: oldest_requests
            description: the oldest
            optional: true
            sql: SELECT * FROM server_GetInfo
          - name: both
            sql: [SELECT 1 AS a, SELECT 2 AS a]
        links:
          - from: { table: server_GetInfo, columns: [cs_addr] }
            to: { table: server_processClient, columns: [cs_addr] }
            description: handler and job
            optional: false
        redact: { names: [ssn], allow: [token_count] }
        limits: { depth: 3, string_bytes: 1024, slice_bytes: 1, map_entries: 2, frame_bytes: 3, snapshot_bytes: 4 }
        """;
}
