namespace Rx.Qmp;

/// <summary>The schemas seen by this process. Few: a server that invents versions only evicts.</summary>
internal static class SchemaCache
{
    private const int Most = 8;

    private static readonly Lock Gate = new();
    private static readonly Queue<(SchemaKey Key, QmpSchema Schema)> Kept = new();

    public static QmpSchema? Find(SchemaKey key)
    {
        lock (Gate)
        {
            return Kept.FirstOrDefault(entry => entry.Key == key).Schema;
        }
    }

    public static void Keep(SchemaKey key, QmpSchema schema)
    {
        lock (Gate)
        {
            if (Kept.Count == Most)
            {
                Kept.Dequeue();
            }

            Kept.Enqueue((key, schema));
        }
    }
}
