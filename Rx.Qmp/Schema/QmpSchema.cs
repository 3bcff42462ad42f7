using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Rx.Qmp;

/// <summary>
/// What a server can do, by its own account: the reply to query-qmp-schema, asked by path. A path starts with a command or event; then each
/// step after a slash is a member, <c>return</c> as the first step being what the command returns. A member is also looked for in all
/// branches of a union, all choices of an alternate and the elements of an array. <c>member=value</c> asks for a value of an enum, and where
/// that member is a union's tag, what follows is in that branch:
/// <c>blockdev-add/driver=qcow2/discard-no-unref</c>, <c>query-status/return/status=suspended</c>, <c>SHUTDOWN/reason</c>.
/// Immutable; may be used from any thread. It keeps the reply's bytes and reads in them when asked.
/// </summary>
public sealed class QmpSchema
{
    private static readonly QmpCommand QueryTarget = QmpCommand.Create("query-target");

    private readonly SchemaIndex _index;

    private QmpSchema(SchemaIndex index) => _index = index;

    /// <summary>Asks a server for its schema, which is read straight into an index.</summary>
    internal static QmpCommand<QmpSchema> Query { get; } =
        new("query-qmp-schema", QmpCommand.Create("query-qmp-schema").Body, null, static value => Copy(value));

    /// <summary>The names of the commands, in the server's order.</summary>
    public ImmutableArray<string> Commands => _index.Names(SchemaEntryKind.Command);

    /// <summary>The names of the events, in the server's order.</summary>
    public ImmutableArray<string> Events => _index.Names(SchemaEntryKind.Event);

    /// <summary>Reads a reply to query-qmp-schema.</summary>
    /// <param name="json">What the command returned, an array, in UTF-8; kept without copying. Entries of kinds not known are passed
    /// over.</param>
    /// <returns>The schema.</returns>
    /// <exception cref="QmpProtocolException">It is no such array.</exception>
    public static QmpSchema Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return new QmpSchema(SchemaIndex.Read(json));
        }
        catch (JsonException fault)
        {
            throw NotValid(fault);
        }
    }

    /// <summary>Asks a server for its schema. Servers of one packaged version and one target have one schema, so it is asked for once in
    /// this process; of versions without a package name, which people build themselves, each connection is asked.</summary>
    /// <param name="client">A connected client.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The schema.</returns>
    /// <exception cref="QmpException">As for any command.</exception>
    public static async Task<QmpSchema> QueryAsync(QmpClient client, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (client.Greeting is not { Package.Length: > 0 } greeting)
        {
            return await client.ExecuteAsync(Query, cancellationToken).ConfigureAwait(false);
        }

        var key = new SchemaKey(greeting.Version, greeting.Package, await TargetAsync(client, cancellationToken).ConfigureAwait(false));
        if (SchemaCache.Find(key) is { } known)
        {
            return known;
        }

        var schema = await client.ExecuteAsync(Query, cancellationToken).ConfigureAwait(false);
        SchemaCache.Keep(key, schema);
        return schema;
    }

    /// <summary>True if the server has a command, event, argument, member or value.</summary>
    /// <param name="path">Its path; see the type's description.</param>
    /// <returns>False also for a path that makes no sense.</returns>
    public bool Has(string path) => Ask(path, default);

    /// <summary>True if a command, event, member or value has a feature such as <c>deprecated</c> or <c>unstable</c>.</summary>
    /// <param name="path">The path of whatever may have it.</param>
    /// <param name="feature">The feature's name.</param>
    /// <returns>False also where the path leads nowhere.</returns>
    public bool HasFeature(string path, string feature)
    {
        ArgumentException.ThrowIfNullOrEmpty(feature);
        return Ask(path, Encoding.UTF8.GetBytes(feature));
    }

    /// <summary>True if a command may be sent out of band.</summary>
    /// <param name="command">The command's name.</param>
    /// <returns>False also for a command the server does not have.</returns>
    public bool IsOobAllowed(string command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return SchemaJson.IsTrue(SchemaJson.Member(_index.Find(Encoding.UTF8.GetBytes(command), SchemaEntryKind.Command), "allow-oob"u8));
    }

    private static QmpSchema Copy(ReadOnlySpan<byte> json)
    {
        try
        {
            return new QmpSchema(SchemaIndex.Copy(json));
        }
        catch (JsonException fault)
        {
            throw NotValid(fault);
        }
    }

    private static QmpProtocolException NotValid(JsonException fault) =>
        new(QmpProtocolFault.UnexpectedShape, "The server's schema is not valid.", fault);

    // The greeting does not say for which processor the server is. A storage daemon has no such command, and no processor.
    private static async ValueTask<string> TargetAsync(QmpClient client, CancellationToken cancellationToken)
    {
        try
        {
            var target = await client.ExecuteAsync(QueryTarget, cancellationToken).ConfigureAwait(false);
            return target.GetElement().Member("arch").AsText() ?? string.Empty;
        }
        catch (QmpCommandException)
        {
            return "none";
        }
    }

    private bool Ask(string path, ReadOnlySpan<byte> feature)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new SchemaQuestion(_index, feature).Ask(Encoding.UTF8.GetBytes(path));
    }
}
