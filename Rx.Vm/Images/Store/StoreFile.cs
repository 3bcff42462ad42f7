using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rx.Vm.Native;

namespace Rx.Vm.Images;

/// <summary>Small records on disk: written whole, durable, and never seen half-written.</summary>
internal static class StoreFile
{
    private const int MaxRecordBytes = 256 * 1024;
    private const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Replaces a record by way of a temporary file, which a failure removes.</summary>
    public static void Write<T>(string temporary, string path, T record, JsonTypeInfo<T> type)
    {
        try
        {
            using (var stream = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerReadWrite,
            }))
            {
                JsonSerializer.Serialize(stream, record, type);
                stream.Flush();
                PosixFiles.Sync(stream.SafeFileHandle, temporary);
            }

            Publish(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Moves a finished, synchronised file to its place, durably.</summary>
    public static void Publish(string temporary, string path)
    {
        File.Move(temporary, path, overwrite: true);
        PosixFiles.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Reads a record; null when there is none, or none that makes sense: a cache may always be rebuilt.</summary>
    public static T? TryRead<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            return stream.Length is > 0 and <= MaxRecordBytes ? JsonSerializer.Deserialize(stream, type) : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}
