using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rx.Vm.Qemu;

/// <summary>What a machine's directory says about who is responsible for the machine; the file <c>machine.json</c>. Holds no
/// secret.</summary>
/// <param name="Version">Of this form.</param>
/// <param name="Id">The machine, and the name of the directory.</param>
/// <param name="WhenHostDies"><c>kill</c> or <c>keep</c>.</param>
/// <param name="Host">The process that started the machine, or that attached to it last.</param>
/// <param name="Machine">The machine's process; null until it is started. It waits at its gate until this is written.</param>
/// <param name="Hardware">Whether its guest runs under KVM.</param>
/// <param name="Seal">Digest of all the rest: a machine is killed by what stands here, so not by what a bad disk made of it. A sealed
/// record only comes from <see cref="ToBytes"/>.</param>
internal sealed record DirectoryRecord(
    int Version, string Id, string WhenHostDies, ProcessIdentity Host, ProcessIdentity? Machine, bool Hardware, string Seal = "")
{
    /// <summary>The file's name.</summary>
    public const string FileName = "machine.json";

    /// <summary>A longer one was not written by us.</summary>
    public const int MaxBytes = 4096;

    private const int CurrentVersion = 2;
    private const int SealChars = 32;

    // What hosts before the seal wrote: it can still be cleaned away.
    private const int UnsealedVersion = 1;
    private const string KeepWord = "keep";
    private const string KillWord = "kill";

    /// <summary>Whether the machine was started to outlive its host.</summary>
    [JsonIgnore]
    public bool IsKept => WhenHostDies == KeepWord;

    /// <summary>The record of a machine about to be started.</summary>
    public static DirectoryRecord Of(string id, WhenProcessDies whenProcessDies, ProcessIdentity host) =>
        new(CurrentVersion, id, whenProcessDies == WhenProcessDies.Keep ? KeepWord : KillWord, host, null, false);

    /// <summary>As it is written.</summary>
    public byte[] ToBytes() => Serialize(this with { Seal = SealOf(this) });

    /// <summary>Reads a record, believing nothing.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">The directory's name.</param>
    /// <param name="problem">What is wrong with it, when the result is null.</param>
    public static DirectoryRecord? Parse(ReadOnlySpan<byte> bytes, string name, out string problem)
    {
        problem = "";
        try
        {
            var record = JsonSerializer.Deserialize(bytes, DirectoryRecordJson.Default.DirectoryRecord);
            problem = record is null ? "it is empty"
                : record.Version is not (CurrentVersion or UnsealedVersion) ? $"it is of version {record.Version}, and this is {CurrentVersion}"
                : record.Id != name ? "it is another machine's"
                : record.WhenHostDies is not (KeepWord or KillWord) ? "it does not say what becomes of the machine"
                : !IsWhole(record.Host) || (record.Machine is { } machine && !IsWhole(machine)) ? "it does not say whose it is"
                : record.Seal != (record.Version == UnsealedVersion ? "" : SealOf(record)) ? "it is damaged"
                : "";
            return problem.Length == 0 ? record! with { Seal = "" } : null;
        }
        catch (JsonException)
        {
            problem = "it is torn, or was not written by rxvm";
            return null;
        }
    }

    private static string SealOf(DirectoryRecord record) =>
        Convert.ToHexStringLower(SHA256.HashData(Serialize(record with { Seal = "" })))[..SealChars];

    private static byte[] Serialize(DirectoryRecord record) =>
        JsonSerializer.SerializeToUtf8Bytes(record, DirectoryRecordJson.Default.DirectoryRecord);

    private static bool IsWhole(ProcessIdentity? identity) => identity is { Pid: > 0, BootId.Length: > 0 };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(DirectoryRecord))]
internal sealed partial class DirectoryRecordJson : JsonSerializerContext;
