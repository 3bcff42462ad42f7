using Rx.Qmp.Generator;
using Rx.Qmp.Generator.Model;

// Writes the types of Rx.Qmp.Protocol. Called by "./rx qmp-types" with the repository's folder in front.
#pragma warning disable RS0030 // A tool's own clock.
var clock = TimeProvider.System;
#pragma warning restore RS0030
const string Usage = "usage: ./rx qmp-types (--qemu PATH | --schema FILE)";

if (args is not [var root, "--qemu" or "--schema", var source])
{
    Console.Error.WriteLine(Usage);
    return 2;
}

try
{
    var ask = args[1] == "--qemu";
    var json = ask ? await Recording.AskAsync(source, TimeSpan.FromSeconds(30), clock) : File.ReadAllBytes(source);
    var schema = SchemaDocument.Parse(json);
    var table = NameTable.Embedded();
    if (ask)
    {
        var major = string.Join('.', schema.Version.Split('.').Take(2));
        File.WriteAllBytes(Path.Combine(root, "Rx.Qmp", "Schema", $"qemu-{major}.json"), json);
    }

    if (ProtocolFiles.Complaints(schema, table) is { IsEmpty: false } complaints)
    {
        throw new InvalidDataException("nothing was written:\n" + string.Join('\n', complaints));
    }

    var files = ProtocolFiles.Make(schema, table);
    foreach (var (name, text) in files)
    {
        File.WriteAllText(Path.Combine(root, "Rx.Qmp.Protocol", name), text);
    }

    var unresolved = new NameTable(schema, table).Unresolved;
    Console.WriteLine(
        $"{schema.Commands.Length} commands, {schema.Events.Length} events of QEMU {schema.Version}; "
        + $"{unresolved.Length} lines of names.txt are about something it does not have");
    return 0;
}
catch (Exception fault) when (fault is IOException or InvalidDataException or System.Text.Json.JsonException
    or System.ComponentModel.Win32Exception or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"qmp-types: {fault.Message}");
    return 1;
}
